"""Checks that the texts say what the code does: python3 tools/tutorial/check.py [FILE...]"""
import argparse
import os
import sys

BUILD = os.environ.get('BUILD') or 'build'
sys.pycache_prefix = os.path.abspath(os.path.join(BUILD, 'pycache'))  # not beside the sources

import command
import console
import figures
import links
import listing
import quotes
import snippets
from boxes import Boxes
from document import Document, find_documents
from report import Drift, Report
from rules import Rules
from sandbox import Sandbox

KINDS = ('quotes', 'hex', 'rules', 'boxes', 'figures', 'links', 'console')


def main(arguments):
    """Returns the exit status: 0 when all is true, 1 when something is not, 2 for a bad command
    line."""
    options = parse(arguments)
    report = Report()
    files = options.files or find_documents(BUILD)
    documents = list(read_documents(files, report))
    if options.snippets:
        for document in documents:
            snippets.show(document)
        return 1 if report.failed else 0
    check(documents, options, report)
    return report.end(skipped_is_failed=os.environ.get('CI') == 'true')


def parse(arguments):
    parser = argparse.ArgumentParser(
        'tutorial', description='Checks that the texts say what the code does.')
    parser.add_argument('--only', metavar='KINDS', type=read_kinds, default=KINDS,
                        help=f'some of {",".join(KINDS)} (default: all)')
    parser.add_argument('--snippets', action='store_true',
                        help='check nothing; print the snippets for a browser as JSON')
    parser.add_argument('--patience', metavar='S', type=float, default=20,
                        help='how many seconds to wait for a command (default: 20)')
    parser.add_argument('files', metavar='FILE', nargs='*',
                        help='a Markdown file (default: all of the repository)')
    return parser.parse_args(arguments)


def read_kinds(text):
    kinds = text.split(',')
    for kind in kinds:
        if kind not in KINDS:
            raise argparse.ArgumentTypeError(
                f"there is no kind '{kind}'; there are {' '.join(KINDS)}")
    return kinds


def read_documents(files, report):
    """Those that are there; the others are failures."""
    for path in files:
        try:
            yield Document(path)
        except OSError as error:
            report.fail(path, Drift(0, f'cannot be read: {error.strerror}'))


def check(documents, options, report):
    """Checks all that is wanted."""
    sandbox = Sandbox(['\n'.join(document.lines) for document in documents], options.patience)
    rules, boxes, anchors = Rules(sandbox, report), Boxes(sandbox, report), {}
    if 'console' in options.only and sandbox.has_own_nc:
        print('nc is the one of tools/tutorial; NC=real takes that of the system')
    kinds = {
        'quotes': lambda document: quotes.check(document, report),
        'hex': lambda document: listing.check(document, report),
        'rules': rules.check,
        'boxes': boxes.check,
        'figures': lambda document: figures.check(document, sandbox, report),
        'links': lambda document: links.check(document, report, anchors),
        'console': lambda document: console.check(document, sandbox, report),
    }
    for document in documents:
        for kind in KINDS:
            if kind in options.only:
                kinds[kind](document)
    for kind, table in ('rules', rules), ('boxes', boxes):
        if kind in options.only and not options.files:
            table.require()


if __name__ == '__main__':
    sys.stdout.reconfigure(encoding='utf-8', errors='surrogateescape', line_buffering=True)
    command.end_commands_on_signals()
    sys.exit(main(sys.argv[1:]))
