from crucible_train import Context, Err, Ports
from crucible_train.adapters.dataset_store.files import FilesDatasetStore
from crucible_train.adapters.tokenizer.bytes import BytesTokenizerProvider
from crucible_train.adapters.training_client.local import LocalTrainingClient
from crucible_train.stages import SupervisedTrain

ports = Ports(
    training_client=LocalTrainingClient(),
    dataset_store=FilesDatasetStore(),
    tokenizer=BytesTokenizerProvider(),
)
settings = {"num_epochs": 1, "model_ref": {"id": "byte-lm"}}
match SupervisedTrain().run(Context(ports=ports), {**settings, "log_path": "run"}):
    case Err(error):
        raise SystemExit("\n".join(map(str, error.diagnostics)))
