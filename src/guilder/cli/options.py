"""Options that commands share, and how what stands for a thing is told."""

from typing import Annotated

from cyclopts import Parameter

Data = Annotated[
    str | None,
    Parameter(name="--data", metavar="FOLDER", help="The data folder. Also GUILDER_DATA."),
]
AsJson = Annotated[bool, Parameter(name="--json", help="Answer as one line of JSON.")]
Port = Annotated[
    int | None,
    Parameter(name="--port", metavar="NUMBER", help="The port; 0 picks a free one."),
]
Host = Annotated[
    str | None,
    Parameter(name="--host", metavar="ADDRESS", help="The address to listen on."),
]
