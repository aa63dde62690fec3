"""The API under everything that can be sent to it: no failure of ours, nothing undocumented.

Schemathesis writes requests from the OpenAPI document, good ones and bad ones, at and beyond
every limit, to every operation: with a key of all scopes, as people who own tenants, as visitors.
Each answer is compared with what the document says of it.
"""

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import SystemRandom
from typing import Any, Final

import msgspec

from prove.fuzzed_report import faults_of
