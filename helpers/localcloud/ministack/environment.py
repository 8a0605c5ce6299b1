"""The environment MiniStack and the deployed functions run in."""

from __future__ import annotations

import os
from pathlib import Path

# What MiniStack starts, by the names that signatures have. What is not here is not there: nobody
# can make with it what the workshop never looks at. CloudFormation would make all the others.
SERVICES = (
    "apigateway", "dynamodb", "dynamodbstreams", "iam", "kms", "lambda", "logs", "monitoring",
    "s3", "sts", "tagging",
)  # fmt: skip


def configure(port: int, data_dir: Path, *, keep: bool = False) -> None:
    """Set MiniStack's environment; it reads most of it once, when it is imported.

    With `keep` it writes its state to `data_dir` and reads it again at its next start.

    The learner's own AWS settings are removed: deployed functions inherit this environment, and
    must neither see real credentials nor reach the real AWS.
    """
    for name in [n for n in os.environ if n.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(
        {
            # Nobody's: each function is handed the key of its account (functions.py).
            "AWS_ACCESS_KEY_ID": "none",
            "AWS_SECRET_ACCESS_KEY": "none",
            "AWS_EC2_METADATA_DISABLED": "true",
            # Lambda sets it, and the SDK tells it to whomever it calls.
            "AWS_EXECUTION_ENV": "AWS_Lambda_python",
            "GATEWAY_PORT": str(port),
            "MINISTACK_HOST": "localhost",
            "S3_DATA_DIR": str(data_dir / "s3"),
            "STATE_DIR": str(data_dir / "ministack"),
            "PERSIST_STATE": str(int(keep)),
            "S3_PERSIST": str(int(keep)),
            "SERVICES": ",".join(SERVICES),
            "LAMBDA_EXECUTOR": "local",
            # Neither Docker nor the other listeners of MiniStack are wanted here.
            "DOCKER_HOST": f"unix://{data_dir}/no-docker.sock",
            "SFTP_ENABLED": "0",
            "IOT_MTLS_ENABLED": "0",
            "LOG_LEVEL": os.environ.get("WORKSHOP_LOG_LEVEL", "WARNING"),
        }
    )
