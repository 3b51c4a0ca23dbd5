"""Makes the pictures of the README from a fresh demo county: `.venv/bin/python docs/pictures.py [folder]`.

Needs what `./run test` installs, and chromium with CJK fonts (`apt install chromium fonts-noto-cjk`).
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

BASE = Path(__file__).resolve().parent.parent
PASSWORD = tomllib.loads((BASE / "gongyi/home/demo.toml").read_text(encoding="utf-8"))["password"]
LIMIT = 200_000  # bytes a picture
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 375, "height": 720}
WORDS = "李家村桥头的垃圾五天没人收，臭得开不了窗。村里说过两次，没有用。"


@contextmanager
def demo() -> Iterator[str]:
    """A demo county in a folder of its own, served on a free port; yields its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as data:
        env = os.environ | {"GONGYI_DATA": data, "PORT": str(port), "HOST": "127.0.0.1", "GONGYI_DEMO": ""}
        server = subprocess.Popen([sys.executable, str(BASE / "manage.py"), "serve"], env=env)
        try:
            wait_for(f"http://127.0.0.1:{port}/healthz", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)


def wait_for(address: str, server: subprocess.Popen, seconds: int = 300) -> None:
    for _second in range(seconds):
        if server.poll() is not None:
            sys.exit("the demo did not start")
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(1)
    sys.exit(f"no answer from {address} in {seconds} s")


@contextmanager
def person(browser: Browser, base: str, name: str, size: dict) -> Iterator[Page]:
    """A page of somebody who has signed in."""
    context = browser.new_context(
        base_url=base,
        viewport=size,
        device_scale_factor=2 if size is PHONE else 1,
        locale="zh-CN",
        color_scheme="light",
    )
    page = context.new_page()
    page.goto("/accounts/login/?next=/today/")
    page.fill("[name=login]", name)
    page.fill("[name=password]", PASSWORD)
    page.click("main button.btn-primary")
    page.wait_for_url("**/today/")
    yield page
    context.close()


def keep(page: Page, path: Path) -> None:
    """The page as one screen, in at most 256 colours: crisp text in a small file."""
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)
    if path.stat().st_size > LIMIT:
        sys.exit(f"{path.name} is larger than {LIMIT} bytes")
    print(path.name, picture.size, path.stat().st_size)


def press(page: Page, words: str) -> None:
    """Click the case's next step."""
    page.locator("main").get_by_role("link", name=words, exact=True).or_(
        page.locator("main").get_by_role("button", name=words, exact=True)
    ).first.click()
    page.wait_for_load_state()


def pick(page: Page, name: str, words: str) -> None:
    """Type into a picker and take the hit."""
    page.locator(f"main [name={name}_text]").press_sequentially(words, delay=20)
    page.locator("[role=option]").filter(has_text=words).first.click()


def send(page: Page, **words: str) -> None:
    """Fill text boxes and send the form."""
    for name, text in words.items():
        page.fill(f"main [name={name}]", text)
    page.locator("main .sticky-submit button").click()
    page.wait_for_load_state()


def take(browser: Browser, base: str, folder: Path) -> None:
    """Lead one matter from the village to the township's clerk, and take a picture at each stop."""
    with person(browser, base, "lijia", PHONE) as page:
        page.goto("/cases/new/")
        page.fill("main [name=content]", WORDS)
        keep(page, folder / "intake-phone.png")
        page.locator("main").get_by_label("投诉").check()
        page.locator("main details.more > summary").click()
        page.select_option("main [name=unit]", label="李家村")
        pick(page, "area", "李家村")
        send(page, asker_name="刘桂兰", asker_phone="13800005678")
        case = page.url
    with person(browser, base, "donghupai", DESK) as page:
        page.goto(case)
        press(page, "派单")
        pick(page, "lead", "东湖镇")
        send(page)
    with person(browser, base, "donghu", PHONE) as page:
        keep(page, folder / "today-phone.png")
    with person(browser, base, "donghu", DESK) as page:
        page.goto("/cases/")
        keep(page, folder / "list.png")
        page.goto(case)
        press(page, "签收")
        press(page, "记一次联系")
        send(page, note="打通电话，约好下午去看。")
        page.goto(case)
        keep(page, folder / "detail.png")


def follow(browser: Browser, base: str, folder: Path) -> None:
    """A resident tells something without an account and looks where it stands."""
    context = browser.new_context(
        base_url=base, viewport=PHONE, device_scale_factor=2, locale="zh-CN", color_scheme="light"
    )
    page = context.new_page()
    page.goto("/portal/ask/")
    pick(page, "place", "石桥村")
    send(page, content="村口的路灯坏了三天，晚上老人出门看不见。")
    press(page, "记好了，看这件事")
    keep(page, folder / "portal-phone.png")
    context.close()


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else BASE / "docs" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    with demo() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        take(browser, base, folder)
        follow(browser, base, folder)
        browser.close()


if __name__ == "__main__":
    main()
