"""What layers and networks were made with: remembered, and in their files."""

import inspect


class Arguments:
    """Keeps all arguments of the constructor, in `arguments` and the config.

    Keras by itself keeps those that were given. The default of one that wasn't
    may change, and a file must then still be read as it was written.
    """

    def __new__(cls, *args, **kwargs):
        made = super().__new__(cls, *args, **kwargs)
        # In part: Keras also makes one of nothing, to look at its class.
        constructor = inspect.signature(cls.__init__)
        bound = constructor.bind_partial(made, *args, **kwargs)
        bound.apply_defaults()
        kept = {
            # JSON has no tuples.
            name: tuple(value) if isinstance(value, list) else value
            for name, value in bound.arguments.items()
            if name not in ("self", "kwargs")
        }
        object.__setattr__(made, "arguments", kept)  # Not for Keras to track.
        return made

    def get_config(self):
        return {**super().get_config(), **self.arguments}


class NetworkArguments(Arguments):
    """The same of a whole network, whose file says nothing else of it."""

    def get_config(self):
        return {**self.arguments, "name": self.name}
