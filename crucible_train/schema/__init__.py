"""JSON Schema export."""

from crucible_train.schema.export import model_schema, schema, schema_names, stage_schema

__all__ = ["model_schema", "schema", "schema_names", "stage_schema"]
