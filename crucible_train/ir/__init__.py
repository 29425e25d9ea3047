"""The one door between the IR and training: specs in, stage configs and resolved data out."""
