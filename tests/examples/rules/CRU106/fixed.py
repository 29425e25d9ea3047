from crucible_train import normalize

normalized = normalize(model_ref={"id": "my-model"}, options={"lr_schedule": "cosine"}).unwrap()
for warning in normalized.warnings:
    print(warning)
