"""How registries of earlier versions become such as this one keeps."""
