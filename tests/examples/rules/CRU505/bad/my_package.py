from crucible_train.stages import SupervisedTrain


class MyStage(SupervisedTrain):
    """A stage of our own."""
