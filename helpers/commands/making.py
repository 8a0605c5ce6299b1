"""What the notebooks create, from a terminal: tables, APIs, pages; and the live page of a talk."""

from __future__ import annotations

import argparse
import os

from helpers import folders, terminal
from helpers.commands.base import Commands, connected, settings_of
from helpers.regions import DEFAULT as REGIONS


def add_to(commands: Commands) -> None:
    """Add `prepare`, `deploy`, `website` and `demo`."""
    for name, run, text in (
        ("prepare", _prepare, "create table, sample data, replicas and APIs in these Regions"),
        ("deploy", _deploy, "deploy the API with Chalice, one stage per Region"),
    ):
        command = commands.add(name, run, text)
        command.add_argument("regions", metavar="REGION", nargs="+", help="such as us-west-2")
    pages = "upload the web pages to a bucket in a Region, and print their address"
    website = commands.add("website", _website, pages)
    website.add_argument("region", metavar="REGION")
    website.add_argument(
        "--yes", action="store_true", help="on AWS: make the bucket public without asking"
    )
    text = "prepare two Regions, and open the live page for a projector"
    demo = commands.add("demo", _demo, text)
    demo.add_argument("--no-browser", action="store_true", help="only print its address")


def _prepare(options: argparse.Namespace) -> None:
    folders.require_backend(settings_of(options).backend)
    from helpers import deploy
    from helpers.lifecycle import prepare

    target = connected(options)
    prepare(target, options.regions)
    for api in deploy.apis(target, options.regions):
        print(f"{api.region}  {api.url}")


def _deploy(options: argparse.Namespace) -> None:
    folders.require_backend(settings_of(options).backend)
    from helpers import deploy

    target = connected(options)
    for region in options.regions:
        done = deploy.deploy(target, region)
        print(f"{region}  {done.url}  ({done.took_s:.1f} s)")


def _website(options: argparse.Namespace) -> None:
    from helpers import website

    folders.require_checkout(website.PAGES, "folder of pages")
    target = connected(options)
    question = website.question(target, options.region)
    if question and not options.yes and not terminal.agreed(question):
        raise RuntimeError(
            "Nothing was made public, since nobody agreed to it. To agree: "
            f"workshop website {options.region} --yes"
        )
    folder, apis = website.links(target, options.region, REGIONS)["direct"]
    print(website.opened_with(f"{folder}index.html", apis, target.page_token()))


def _demo(options: argparse.Namespace) -> None:
    from helpers import lab, opening, website
    from helpers.lifecycle import prepare

    folders.require_checkout(website.PAGES, "folder of pages")
    settings = settings_of(options)
    folders.require_backend(settings.backend)
    target = connected(options)
    regions = target.regions[:2]
    prepare(target, regions)
    found = website.links(target, regions[0], regions)
    ways = {
        way: website.opened_with(f"{folder}demo.html", apis, target.page_token())
        for way, (folder, apis) in found.items()
    }
    if path := ways.pop("through Jupyter", ""):
        print(f"Through Jupyter: {lab.through_hub(path, os.environ)}")
    print(f"On this machine: {ways['direct']}")
    if lab.has_screen(os.environ) and not options.no_browser:
        opening.open_in_browser(ways["direct"], settings.state_dir)
