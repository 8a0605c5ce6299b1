"""Solutions of notebook 1. The notebook goes on with these where you have none of your own."""


def request(table):
    """The key is written as in the item: each value with its type."""
    return {
        "TableName": table,
        "Key": {"PK": {"S": "user100"}, "SK": {"S": "AshlandValley"}},
        "ConsistentRead": True,
    }


def read_units(size_bytes, consistent):
    """Every block of 4 KB that is begun counts; an eventually consistent read costs half."""
    blocks = -(-size_bytes // 4096)  # rounded up
    return blocks if consistent else blocks / 2
