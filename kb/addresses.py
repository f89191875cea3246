"""How articles and shelves are named in addresses: letters of any script, digits, hyphens."""


class NameConverter:
    regex = r"[\w-]+"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
