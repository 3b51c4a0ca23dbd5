"""Official documents (公文) after GB/T 9704—2012: one list of elements becomes a .docx and a PDF."""

from gongyi.documents.official.fonts import Substitute
from gongyi.documents.official.pdf import substitutes, write_pdf
from gongyi.documents.official.word import write_docx

__all__ = ["Substitute", "substitutes", "write_docx", "write_pdf"]
