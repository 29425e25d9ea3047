"""JSON Schema export."""

from crucible_train.schema.export import schema, schema_names, stage_schema, type_schema

__all__ = ["schema", "schema_names", "stage_schema", "type_schema"]
