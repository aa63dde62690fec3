"""Options that commands share."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

Data = Annotated[
    Path | None,
    Parameter(name="--data", help="The data folder. Also GUILDER_DATA."),
]
AsJson = Annotated[bool, Parameter(name="--json", negative=(), help="Answer as one line of JSON.")]
Port = Annotated[int | None, Parameter(name="--port", help="The port; 0 picks a free one.")]
Host = Annotated[str | None, Parameter(name="--host", help="The address to listen on.")]
