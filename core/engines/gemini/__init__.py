"""The gemini engine: Google's image models through the google-genai SDK.

`engine.py` is light to import; everything that needs the SDK (0.9 s to import) is loaded at the first call.
"""

from core.engines.gemini.account import GeminiAccount
from core.engines.gemini.engine import GeminiEngine

__all__ = ["GeminiAccount", "GeminiEngine"]
