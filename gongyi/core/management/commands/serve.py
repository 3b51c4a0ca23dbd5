"""What `./run` calls: make the data folder ready, then keep the web server and the worker running until told to stop."""

import os
import socket
import sys
from contextlib import closing

from django.utils.translation import gettext as _

from gongyi.core import boot
from gongyi.core.errors import Refused
from gongyi.core.management.county import WholeCommand
from gongyi.core.supervisor import Supervisor


class Command(WholeCommand):
    help = "Set up the data folder and serve it with a worker on HOST:PORT (127.0.0.1:8000)."
    requires_system_checks = ()

    def handle(self, **options: object) -> None:
        wish = os.environ.get("GONGYI_DEMO", "")
        host = os.environ.get("HOST") or "127.0.0.1"
        try:
            port = _port(os.environ.get("PORT") or "8000")
            address = _free_address(host, port)
            boot.check_demo_may_be_served(host, wish)
            boot.prepare(demo=wish != "0")
            empty = boot.is_empty()  # asked here: once the children are forked this process reads no database
        except Refused as no:
            boot.say(str(no))
            sys.exit(2)
        except KeyboardInterrupt:  # Ctrl-C while the folder is being made ready; the next start goes on from there
            sys.exit(130)
        sys.exit(Supervisor(address, port, announce=lambda: _announce(host, port, empty=empty)).run())


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 2**16:
        return int(text)
    raise Refused("port", _("PORT 要是 1 到 65535 之间的数字，现在是“%(text)s”。") % {"text": text})


def _free_address(host: str, port: int) -> str:
    """The numeric address of `host`, once it is certain that nobody listens there. Raises Refused."""
    try:
        family, _kind, _proto, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with closing(socket.socket(family)) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(address)
            trial.listen()
    except OSError as error:
        raise Refused(
            "address",
            _("不能在 %(host)s 的 %(port)s 端口打开网页（%(why)s）。")
            % {"host": host, "port": port, "why": error.strerror},
            _("端口多半已被占用，请换一个：PORT=%(other)s ./run") % {"other": port % 65535 + 1},
        ) from error
    return str(address[0])


def _announce(host: str, port: int, *, empty: bool) -> None:
    here = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host)  # noqa: S104
    shown = here or (f"[{host}]" if ":" in host else host)
    boot.say(_("共议已启动：http://%(address)s/ （按 Ctrl-C 停止）") % {"address": f"{shown}:{port}"})
    if here and "ALLOWED_HOSTS" not in os.environ:
        boot.say(_("要让其他电脑打开，请写明它们用的地址后重新启动，例如 ALLOWED_HOSTS=127.0.0.1,192.168.1.5"))
    if boot.holds_demo():
        boot.say(boot.demo_sign_ins().rstrip())
    elif empty:
        boot.say(
            _("这里还没有开通县，谁也不能登录。请按 Ctrl-C 停止，运行下面的命令，再启动："),
            "  ./run manage setup_county --county 431123 --manager 姓名 --lead 姓名",
            _("  要先看演示，请换一个空的数据文件夹，例如 GONGYI_DATA=~/gongyi-demo ./run"),
        )
