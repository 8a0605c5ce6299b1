"""Requests that DynamoDB answers in a way worth comparing: name, operation, parameters."""

from __future__ import annotations

from typing import Any

Case = tuple[str, str, dict[str, Any]]

BY_SHOW = {
    "IndexName": "by-show",
    "KeySchema": [
        {"AttributeName": "SK", "KeyType": "HASH"},
        {"AttributeName": "Bookmark", "KeyType": "RANGE"},
    ],
    "Projection": {"ProjectionType": "ALL"},
}
BY_BOOKMARK = {
    "IndexName": "by-bookmark",
    "KeySchema": [
        {"AttributeName": "PK", "KeyType": "HASH"},
        {"AttributeName": "Bookmark", "KeyType": "RANGE"},
    ],
    "Projection": {"ProjectionType": "KEYS_ONLY"},
}
TABLE = {
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [
        {"AttributeName": "PK", "KeyType": "HASH"},
        {"AttributeName": "SK", "KeyType": "RANGE"},
    ],
    "AttributeDefinitions": [
        {"AttributeName": "PK", "AttributeType": "S"},
        {"AttributeName": "SK", "AttributeType": "S"},
        {"AttributeName": "Bookmark", "AttributeType": "N"},
    ],
    "GlobalSecondaryIndexes": [BY_SHOW],
    "LocalSecondaryIndexes": [BY_BOOKMARK],
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
}


def key(pk: str, sk: str = "s") -> dict[str, Any]:
    return {"PK": {"S": pk}, "SK": {"S": sk}}


def n(number: float) -> dict[str, str]:
    return {"N": str(number)}


def put(pk: str, sk: str = "s", **attributes: Any) -> dict[str, Any]:
    return {"Item": {**key(pk, sk), **attributes}}


def update(pk: str, expression: str, values: dict[str, Any] | None = None, **more: Any) -> dict:
    named = {f":{k}": v for k, v in (values or {}).items()}
    given = {"ExpressionAttributeValues": named} if named else {}
    return {"Key": key(pk), "UpdateExpression": expression, **given, **more}


ALL_TYPES = {
    "Text": {"S": "zwölf"}, "Empty": {"S": ""}, "Number": n(-1.5e10), "Bytes": {"B": b"\x00\xff"},
    "Yes": {"BOOL": True}, "Nothing": {"NULL": True}, "List": {"L": [n(1), {"S": "a"}, {"L": []}]},
    "Map": {"M": {"Inner": {"M": {"Deep": n(1)}}}}, "Texts": {"SS": ["a", "b"]},
    "Numbers": {"NS": ["1", "2"]}, "Blobs": {"BS": [b"x"]},
}  # fmt: skip

ITEMS: list[Case] = [
    ("put", "put_item", put("a", Bookmark=n(1))),
    ("put again, old returned", "put_item", {**put("a", Bookmark=n(2)), "ReturnValues": "ALL_OLD"}),
    ("put with a bad return value", "put_item", {**put("a"), "ReturnValues": "ALL_NEW"}),
    ("put all types", "put_item", put("types", **ALL_TYPES)),
    ("get all types", "get_item", {"Key": key("types")}),
    ("put without its sort key", "put_item", {"Item": {"PK": {"S": "a"}}}),
    ("put with an empty key", "put_item", put("")),
    ("put with a key of another type", "put_item", {"Item": {"PK": n(1), "SK": {"S": "s"}}}),
    ("put an empty set", "put_item", put("a", Set={"SS": []})),
    ("put a set with a repetition", "put_item", put("a", Set={"SS": ["x", "x"]})),
    ("put a number that is none", "put_item", put("a", Bookmark={"N": "soon"})),
    ("put a number of 39 digits", "put_item", put("a", Bookmark={"N": "1" * 39})),
    ("put an index key of another type", "put_item", put("a", Bookmark={"S": "1"})),
    ("put too much", "put_item", put("big", Text={"S": "x" * 410_000})),
    ("put if it is not there, but it is", "put_item", {**put("a"), "ConditionExpression": "attribute_not_exists(PK)"}),
    ("the same, told what is there", "put_item", {**put("a"), "ConditionExpression": "attribute_not_exists(PK)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}),
    ("a condition that makes no sense", "put_item", {**put("a"), "ConditionExpression": "Bookmark ="}),
    ("a condition with an unused value", "put_item", {**put("a"), "ConditionExpression": "attribute_exists(PK)", "ExpressionAttributeValues": {":x": n(1)}}),
    ("a condition with an unknown value", "put_item", {**put("a"), "ConditionExpression": "Bookmark = :x"}),
    ("put with capacity", "put_item", {**put("b", Bookmark=n(7)), "ReturnConsumedCapacity": "TOTAL"}),
    ("get", "get_item", {"Key": key("a")}),
    ("get consistent", "get_item", {"Key": key("a"), "ConsistentRead": True}),
    ("get nothing", "get_item", {"Key": key("nobody")}),
    ("get a part", "get_item", {"Key": key("types"), "ProjectionExpression": "#m.Inner.Deep, #l[1], Absent", "ExpressionAttributeNames": {"#m": "Map", "#l": "List"}}),
    ("get with a reserved word", "get_item", {"Key": key("a"), "ProjectionExpression": "Name"}),
    ("get with an overlap", "get_item", {"Key": key("types"), "ProjectionExpression": "#m, #m.Inner", "ExpressionAttributeNames": {"#m": "Map"}}),
    ("get with too little of a key", "get_item", {"Key": {"PK": {"S": "a"}}}),
    ("get with too much of a key", "get_item", {"Key": {**key("a"), "More": n(1)}}),
    ("add", "update_item", update("a", "ADD Bookmark :n", {"n": n(15)}, ReturnValues="UPDATED_NEW")),
    ("add, old returned", "update_item", update("a", "ADD Bookmark :n", {"n": n(-5)}, ReturnValues="UPDATED_OLD")),
    ("add to what is not there", "update_item", update("new", "ADD Bookmark :n", {"n": n(15)}, ReturnValues="ALL_NEW")),
    ("add to a text", "update_item", update("types", "ADD #t :n", {"n": n(1)}, ExpressionAttributeNames={"#t": "Text"})),
    ("set", "update_item", update("a", "SET Thumb = :t, Extra = :e", {"t": {"S": "x"}, "e": n(1)}, ReturnValues="ALL_NEW")),
    ("set by arithmetic", "update_item", update("a", "SET Bookmark = Bookmark - :n", {"n": n(3)}, ReturnValues="UPDATED_NEW")),
    ("set if not there", "update_item", update("a", "SET Extra = if_not_exists(Extra, :e)", {"e": n(9)}, ReturnValues="UPDATED_NEW")),
    ("set a list longer", "update_item", update("types", "SET #l = list_append(#l, :l)", {"l": {"L": [n(2)]}}, ExpressionAttributeNames={"#l": "List"}, ReturnValues="UPDATED_NEW")),
    ("set deep inside", "update_item", update("types", "SET #m.Inner.Deep = :n", {"n": n(2)}, ExpressionAttributeNames={"#m": "Map"}, ReturnValues="UPDATED_NEW")),
    ("set inside what is not there", "update_item", update("types", "SET Absent.Inner = :n", {"n": n(2)})),
    ("set a key", "update_item", update("a", "SET PK = :p", {"p": {"S": "z"}})),
    ("set one path twice", "update_item", update("a", "SET Extra = :n, Extra = :n", {"n": n(2)})),
    ("remove", "update_item", update("a", "REMOVE Extra", ReturnValues="ALL_NEW")),
    ("delete from a set", "update_item", update("types", "DELETE Texts :s", {"s": {"SS": ["a"]}}, ReturnValues="UPDATED_NEW")),
    ("delete the last of a set", "update_item", update("types", "DELETE Texts :s", {"s": {"SS": ["b"]}}, ReturnValues="ALL_NEW")),
    ("an expression that makes no sense", "update_item", update("a", "CHANGE Bookmark")),
    ("an empty expression", "update_item", update("a", "")),
    ("update on a condition that holds", "update_item", update("a", "SET Extra = :e", {"e": n(1), "b": n(0)}, ConditionExpression="Bookmark > :b", ReturnValues="UPDATED_NEW")),
    ("update on one that does not", "update_item", update("a", "SET Extra = :e", {"e": n(2), "b": n(0)}, ConditionExpression="Bookmark < :b")),
    ("conditions of every kind", "update_item", update("a", "SET Extra = :e", {"e": n(3), "l": n(0), "h": n(99), "t": {"S": "N"}, "p": {"S": "x"}}, ConditionExpression="Bookmark BETWEEN :l AND :h AND attribute_type(Bookmark, :t) AND begins_with(Thumb, :p) AND NOT (Bookmark IN (:l, :h)) AND size(Thumb) > :l", ReturnValues="ALL_NEW")),
    ("delete what is not there", "delete_item", {"Key": key("nobody"), "ReturnValues": "ALL_OLD"}),
    ("delete on a condition that fails", "delete_item", {"Key": key("b"), "ConditionExpression": "attribute_not_exists(PK)"}),
    ("delete", "delete_item", {"Key": key("b"), "ReturnValues": "ALL_OLD"}),
    ("get after delete", "get_item", {"Key": key("b")}),
]  # fmt: skip

SEVERAL: list[Case] = [
    *[(f"fill {i}", "put_item", put("q", f"show-{i:02}", Bookmark=n(i * 10 % 70), Odd={"BOOL": bool(i % 2)})) for i in range(12)],
    ("query", "query", {"KeyConditionExpression": "PK = :p", "ExpressionAttributeValues": {":p": {"S": "q"}}}),
    ("query backwards, three", "query", {"KeyConditionExpression": "PK = :p", "ExpressionAttributeValues": {":p": {"S": "q"}}, "ScanIndexForward": False, "Limit": 3}),
    ("query from a place on", "query", {"KeyConditionExpression": "PK = :p", "ExpressionAttributeValues": {":p": {"S": "q"}}, "ExclusiveStartKey": key("q", "show-05"), "Limit": 2}),
    ("query a prefix", "query", {"KeyConditionExpression": "PK = :p AND begins_with(SK, :s)", "ExpressionAttributeValues": {":p": {"S": "q"}, ":s": {"S": "show-1"}}}),
    ("query between", "query", {"KeyConditionExpression": "PK = :p AND SK BETWEEN :a AND :b", "ExpressionAttributeValues": {":p": {"S": "q"}, ":a": {"S": "show-03"}, ":b": {"S": "show-05"}}}),
    ("query and filter", "query", {"KeyConditionExpression": "PK = :p", "FilterExpression": "Odd = :t AND Bookmark > :n", "ExpressionAttributeValues": {":p": {"S": "q"}, ":t": {"BOOL": True}, ":n": n(20)}}),
    ("query and count", "query", {"KeyConditionExpression": "PK = :p", "ExpressionAttributeValues": {":p": {"S": "q"}}, "Select": "COUNT"}),
    ("query by a filter on a key", "query", {"KeyConditionExpression": "PK = :p", "FilterExpression": "SK > :s", "ExpressionAttributeValues": {":p": {"S": "q"}, ":s": {"S": "a"}}}),
    ("query without the partition key", "query", {"KeyConditionExpression": "SK = :s", "ExpressionAttributeValues": {":s": {"S": "a"}}}),
    ("query a global index", "query", {"IndexName": "by-show", "KeyConditionExpression": "SK = :s", "ExpressionAttributeValues": {":s": {"S": "show-03"}}}),
    ("query a global index consistently", "query", {"IndexName": "by-show", "ConsistentRead": True, "KeyConditionExpression": "SK = :s", "ExpressionAttributeValues": {":s": {"S": "show-03"}}}),
    ("query a local index", "query", {"IndexName": "by-bookmark", "KeyConditionExpression": "PK = :p AND Bookmark >= :n", "ExpressionAttributeValues": {":p": {"S": "q"}, ":n": n(40)}}),
    ("query an index that is none", "query", {"IndexName": "by-nothing", "KeyConditionExpression": "PK = :p", "ExpressionAttributeValues": {":p": {"S": "q"}}}),
    ("scan a part, filtered", "scan", {"FilterExpression": "begins_with(SK, :s)", "ExpressionAttributeValues": {":s": {"S": "show-0"}}, "ProjectionExpression": "SK"}),
    ("scan and count", "scan", {"Select": "COUNT"}),
    ("scan a segment that is none", "scan", {"Segment": 3, "TotalSegments": 2}),
]  # fmt: skip

TOGETHER: list[Case] = [
    ("batch write", "batch_write_item", {"RequestItems": {"TABLE": [{"PutRequest": put("batch", "1")}, {"PutRequest": put("batch", "2")}, {"DeleteRequest": {"Key": key("nobody")}}]}}),
    ("batch write one key twice", "batch_write_item", {"RequestItems": {"TABLE": [{"PutRequest": put("batch", "1")}, {"DeleteRequest": {"Key": key("batch", "1")}}]}}),
    ("batch get", "batch_get_item", {"RequestItems": {"TABLE": {"Keys": [key("batch", "1")], "ConsistentRead": True}}}),
    ("batch get one key twice", "batch_get_item", {"RequestItems": {"TABLE": {"Keys": [key("a"), key("a")]}}}),
    ("transaction", "transact_write_items", {"TransactItems": [{"Put": {"TableName": "TABLE", **put("t", "1", Bookmark=n(1))}}, {"Update": {"TableName": "TABLE", **update("a", "ADD Bookmark :n", {"n": n(1)})}}, {"ConditionCheck": {"TableName": "TABLE", "Key": key("a"), "ConditionExpression": "attribute_exists(PK)"}}]}),
    ("transaction that is cancelled", "transact_write_items", {"TransactItems": [{"Put": {"TableName": "TABLE", **put("t", "2")}}, {"Put": {"TableName": "TABLE", **put("a"), "ConditionExpression": "attribute_not_exists(PK)"}}]}),
    ("what a cancelled transaction left", "get_item", {"Key": key("t", "2")}),
    ("transaction on one item twice", "transact_write_items", {"TransactItems": [{"Put": {"TableName": "TABLE", **put("t", "3")}}, {"Delete": {"TableName": "TABLE", "Key": key("t", "3")}}]}),
    ("transaction of reads", "transact_get_items", {"TransactItems": [{"Get": {"TableName": "TABLE", "Key": key("a")}}, {"Get": {"TableName": "TABLE", "Key": key("nobody")}}]}),
    ("PartiQL insert", "execute_statement", {"Statement": "INSERT INTO \"TABLE\" VALUE {'PK': 'p', 'SK': 's', 'Bookmark': 5}"}),
    ("PartiQL insert again", "execute_statement", {"Statement": "INSERT INTO \"TABLE\" VALUE {'PK': 'p', 'SK': 's'}"}),
    ("PartiQL update", "execute_statement", {"Statement": "UPDATE \"TABLE\" SET Bookmark = 6 WHERE PK = 'p' AND SK = 's' RETURNING ALL NEW *"}),
    ("PartiQL update of nothing", "execute_statement", {"Statement": "UPDATE \"TABLE\" SET Bookmark = 6 WHERE PK = 'x' AND SK = 's'"}),
    ("PartiQL select", "execute_statement", {"Statement": 'SELECT * FROM "TABLE" WHERE PK = ?', "Parameters": [{"S": "p"}]}),
    ("PartiQL nonsense", "execute_statement", {"Statement": "PLEASE"}),
    ("PartiQL batch", "batch_execute_statement", {"Statements": [{"Statement": "INSERT INTO \"TABLE\" VALUE {'PK': 'p', 'SK': '2'}"}, {"Statement": "SELECT * FROM \"TABLE\" WHERE PK = 'p' AND SK = 's'"}, {"Statement": "INSERT INTO \"TABLE\" VALUE {'PK': 'p', 'SK': '2'}"}]}),
    ("PartiQL transaction", "execute_transaction", {"TransactStatements": [{"Statement": "INSERT INTO \"TABLE\" VALUE {'PK': 'p', 'SK': '3'}"}, {"Statement": "DELETE FROM \"TABLE\" WHERE PK = 'p' AND SK = '2'"}]}),
    ("PartiQL transaction that is cancelled", "execute_transaction", {"TransactStatements": [{"Statement": "INSERT INTO \"TABLE\" VALUE {'PK': 'p', 'SK': '4'}"}, {"Statement": "INSERT INTO \"TABLE\" VALUE {'PK': 'p', 'SK': '3'}"}]}),
    ("PartiQL delete", "execute_statement", {"Statement": "DELETE FROM \"TABLE\" WHERE PK = 'p' AND SK = '3' RETURNING ALL OLD *"}),
    ("what PartiQL left", "query", {"KeyConditionExpression": "PK = :p", "ExpressionAttributeValues": {":p": {"S": "p"}}}),
]  # fmt: skip

CONTROL: list[Case] = [
    ("describe", "describe_table", {}),
    ("create again", "create_table", TABLE),
    ("describe nothing", "describe_table", {"TableName": "no-such-table"}),
    ("put into nothing", "put_item", {"TableName": "no-such-table", **put("a")}),
    ("a name that is none", "describe_table", {"TableName": "a b"}),
    ("time to live", "update_time_to_live", {"TimeToLiveSpecification": {"Enabled": True, "AttributeName": "Expires"}}),
    ("describe time to live", "describe_time_to_live", {}),
    ("point in time", "update_continuous_backups", {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}),
    ("add an index", "update_table", {"AttributeDefinitions": [{"AttributeName": "Thumb", "AttributeType": "S"}], "GlobalSecondaryIndexUpdates": [{"Create": {"IndexName": "by-thumb", "KeySchema": [{"AttributeName": "Thumb", "KeyType": "HASH"}], "Projection": {"ProjectionType": "KEYS_ONLY"}}}]}),
    ("query the new index", "query", {"IndexName": "by-thumb", "KeyConditionExpression": "Thumb = :t", "ExpressionAttributeValues": {":t": {"S": "x"}}}),
    ("switch the stream on again", "update_table", {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}}),
    ("protect", "update_table", {"DeletionProtectionEnabled": True}),
    ("unprotect", "update_table", {"DeletionProtectionEnabled": False}),
    ("limits", "describe_limits", {}),
    ("delete nothing", "delete_table", {"TableName": "no-such-table"}),
]  # fmt: skip

DATA = [*ITEMS, *SEVERAL, *TOGETHER]
