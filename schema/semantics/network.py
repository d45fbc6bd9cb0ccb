"""Addresses and names of the internet, files and machines."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import json
import re
from collections.abc import Callable

from schema.semantics.model import Personal, SemanticType, like

_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_SUFFIXES = "csv|txt|json|py|pdf|html?|jpe?g|png|docx?|xlsx?|zip|gz"
_DOMAIN = rf"(?:{_LABEL}\.)+(?!(?:{_SUFFIXES})$)[a-zA-Z]{{2,24}}"
_HEX = "[0-9a-fA-F]"


def _is_address(version: int) -> Callable[[str], bool]:
    mark = "." if version == 4 else ":"

    def test(value: str) -> bool:
        if mark not in value:
            return False
        try:
            return ipaddress.ip_address(value).version == version
        except ValueError:
            return False

    return test


def _is_json(value: str) -> bool:
    if not value.startswith(("{", "[")):
        return False
    try:
        return isinstance(json.loads(value), (dict, list))
    except (ValueError, RecursionError):
        return False


def _is_base64(value: str) -> bool:
    if len(value) < 16 or len(value) % 4 or not re.search(r"[0-9+/=]", value):
        return False
    try:
        base64.b64decode(value, validate=True)
    except (ValueError, binascii.Error):
        return False
    return bool(re.search("[a-z]", value) and re.search("[A-Z]", value))


def _hash(name: str, digits: int) -> SemanticType:
    sample = ("0123456789abcdef" * 8)[:digits]
    return SemanticType(
        name,
        f"{name.upper().replace('_', '-')} digest",
        like(rf"{_HEX}{{{digits}}}"),
        yes=(sample,),
        no=(sample[:-1], "g" + sample[1:]),
        names=("hash", "checksum", "digest", name),
    )


TYPES: tuple[SemanticType, ...] = (
    SemanticType(
        "email",
        "e-mail address",
        like(rf"[\w.!#$%&'*+/=?^`{{|}}~-]+@{_DOMAIN}"),
        yes=("ada@example.org", "a.b+c@mail.example.co.uk"),
        no=("ada@", "@example.org", "ada at example.org"),
        names=("email", "mail"),
        personal=Personal.DIRECT,
    ),
    SemanticType(
        "url",
        "web address",
        like(
            rf"(?:https?|ftps?|s3|gs)://(?:[^\s/@]+@)?(?:{_DOMAIN}|[\d.]+|localhost|[\w.-]+)(?::\d+)?(?:[/?#]\S*)?"
            rf"|{_DOMAIN}/\S+"
        ),
        yes=("https://example.org/a?b=c", "http://10.0.0.1:8080", "s3://bucket/key"),
        no=("example.org", "http://", "https//example.org"),
        names=("url", "link", "website", "homepage", "uri"),
    ),
    SemanticType(
        "domain",
        "domain name",
        like(_DOMAIN),
        yes=("example.org", "www.example.co.uk"),
        no=("example", "data.csv", "a b.org"),
        names=("domain", "host", "hostname"),
        chance=0.05,
    ),
    SemanticType(
        "ipv4",
        "IPv4 address",
        _is_address(4),
        yes=("192.0.2.1", "10.0.0.255"),
        no=("256.1.1.1", "1.2.3", "1.2.3.4.5"),
        names=("ip", "ipv4", "address"),
        personal=Personal.QUASI,
    ),
    SemanticType(
        "ipv6",
        "IPv6 address",
        _is_address(6),
        yes=("2001:db8::1", "::1"),
        no=("2001:db8", "12:30:15"),
        names=("ip", "ipv6"),
        personal=Personal.QUASI,
    ),
    SemanticType(
        "mac_address",
        "hardware address",
        like(rf"{_HEX}{{2}}(?P<by>[:-])(?:{_HEX}{{2}}(?P=by)){{4}}{_HEX}{{2}}"),
        yes=("00:1A:2b:3c:4d:5e", "00-1A-2B-3C-4D-5E"),
        no=("00:1A:2B:3C:4D", "00:1A-2B:3C:4D:5E"),
        names=("mac",),
        personal=Personal.QUASI,
    ),
    SemanticType(
        "uuid",
        "universally unique identifier",
        like(rf"\{{?{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}\}}?"),
        yes=("123e4567-e89b-12d3-a456-426614174000",),
        no=("123e4567e89b12d3a456426614174000", "123e4567-e89b-12d3-a456"),
        names=("uuid", "guid"),
    ),
    _hash("md5", 32),
    _hash("sha1", 40),
    _hash("sha256", 64),
    _hash("sha512", 128),
    SemanticType(
        "mime_type",
        "media type",
        like(
            r"(?:application|audio|font|image|message|model|multipart|text|video)/[\w.+-]+(?:;.*)?"
        ),
        yes=("text/html", "application/vnd.api+json"),
        no=("text", "and/or"),
        names=("mime", "media_type", "content_type"),
    ),
    SemanticType(
        "user_agent",
        "browser's user agent",
        like(r"(?:Mozilla|Opera|curl|Wget|python-requests|Googlebot)/\d[^\n]*"),
        yes=("Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/130.0", "curl/8.5.0"),
        no=("Mozilla", "Firefox 130"),
        names=("user_agent", "useragent", "agent"),
    ),
    SemanticType(
        "file_path",
        "path of a file",
        like(r"(?:~|\.{1,2})?(?:/[^/\0\n]+){2,}/?|[A-Za-z]:\\(?:[^\\\n]+\\?)+"),
        yes=("/usr/local/bin/python", "C:\\Users\\ada\\a.txt", "./a/b.csv"),
        no=("/", "a.csv", "and/or"),
        names=("path", "file", "filename"),
        chance=0.01,
    ),
    SemanticType(
        "file_name",
        "name of a file",
        like(
            r"[^/\\:*?\"<>|\n]{1,200}\.(?:csv|tsv|txt|json|xml|html?|pdf|docx?|xlsx?|pptx?|png|jpe?g|gif|svg|tiff?|mp[34]|wav|zip|gz|tar|bz2|parquet|py|js|java|c|h|sql|md|log|dat|exe|avi|mov|webm|flac|ogg|bmp|webp|ico|css|odt|ods|odp|rtf|epub|ya?ml|toml|ini|cfg|rs|go|cpp|r|ipynb|pages|numbers|key)",
            re.IGNORECASE,
        ),
        yes=("report.pdf", "photo 1.JPG"),
        no=("report", "/a/b.pdf", "3.14"),
        names=("file", "filename", "attachment"),
    ),
    SemanticType(
        "version",
        "version number",
        like(r"v?\d+\.\d+\.\d+(?:[-+.][0-9A-Za-z.+-]+)?"),
        yes=("1.2.3", "v10.0.1-rc.1"),
        no=("1.2", "1.2.3 beta", "192.0.2.1.5.x y"),
        names=("version", "release"),
        chance=0.05,
        hinted=like(r"v?\d+(?:\.\d+){0,4}(?:[-+._ ]?[0-9A-Za-z.+-]+)?"),
    ),
    SemanticType(
        "json",
        "JSON text",
        _is_json,
        yes=('{"a": 1}', "[1, 2]"),
        no=("{a: 1}", "1", '"text"'),
        names=("json", "payload"),
    ),
    SemanticType(
        "xml",
        "XML text",
        like(r"\s*<(?:\?xml|[A-Za-z_][\w:.-]*)(?:\s[^<>]*)?>.*</[A-Za-z_][\w:.-]*>\s*", re.DOTALL),
        yes=("<a><b>1</b></a>", '<?xml version="1.0"?><a x="1">t</a>'),
        no=("a < b > c", "<a>"),
        names=("xml",),
        chance=0.01,
    ),
    SemanticType(
        "html",
        "HTML text",
        like(
            r"(?i:.*<(?:html|body|div|p|span|a|ul|li|br|h[1-6]|table|td|b|i|em|strong)\b[^>]*>.*)",
            re.DOTALL,
        ),
        yes=("<p>Hello</p>", "text<br>more"),
        no=("<planet>", "a < b"),
        names=("html", "body"),
    ),
    SemanticType(
        "sql",
        "SQL statement",
        like(
            r"(?is:\s*(?:select\s.+\sfrom|insert\s+into|update\s.+\sset|delete\s+from|create\s+(?:table|view|index)|drop\s+table)\b.+)"
        ),
        yes=("SELECT a FROM b", "insert into t values (1)"),
        no=("select one", "update me please"),
        names=("sql", "query", "statement"),
    ),
    SemanticType(
        "base64",
        "Base64-encoded bytes",
        _is_base64,
        yes=("SGVhZHdhdGVyIGZpbmRzIGRhdGE=",),
        no=("Hello", "abcdefghijklmnop", "SGVhZHdhdGVyIGZ!!!!!"),
        names=("base64", "encoded", "blob"),
        chance=0.05,
    ),
    SemanticType(
        "credential",
        "password, key or token",
        like(
            r"AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{36,}|xox[abpr]-[\w-]{10,}|sk_(?:live|test)_\w{16,}"
            r"|AIza[\w-]{35}|eyJ[\w-]+\.eyJ[\w-]+\.[\w-]*|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*"
            r"|\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}|(?:[a-z][a-z0-9+]*)://[^\s:/@]+:[^\s@]+@\S+"
        ),
        yes=("AKIAIOSFODNN7EXAMPLE", "postgresql://user:secret@host/db"),
        no=("password", "https://example.org/", "AKIA"),
        names=("password", "token", "secret", "api_key"),
        share=0.05,
        personal=Personal.SENSITIVE,
    ),
    SemanticType(
        "password",
        "password",
        like(r"\S{4,128}"),
        yes=("hunter22",),
        no=("abc", "two words"),
        names=("password", "passwd", "pwd"),
        needs_name=True,
        personal=Personal.SENSITIVE,
    ),
)
