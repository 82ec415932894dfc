"""What the documents point to is there.

Every link, image and reference is checked: a relative one leads to a file of the repository and
its anchor to a heading there; of an absolute one only the form is checked, for the network is no
part of a test. A path that starts with '/' starts at the top of the repository."""
import difflib
import os
import re

from document import Document
from report import Drift

LINK = re.compile(r'''
    \]\( (?: <(?P<pointed>[^>\n]*) | (?P<target>(?:[^\s()]|\([^\s()]*\))*) )  # [text](target)
  | ^[ ]*\[[^\]\n]+\]:[ ]+<?(?P<defined>[^\s>]*)                              # [label]: target
  | \]\[(?P<label>[^\]\n]*)                                                   # [text][label]
  | <(?P<address>https?:[^>\n]*)
  | (?:href|src)="(?P<attribute>[^"\n]*)
''', re.VERBOSE | re.MULTILINE)
WEB = re.compile(r'https?://(?:[A-Za-z0-9][^ "<>\\]*|\[.*)|mailto:.*')


def check(document, report, anchors):
    """`anchors` keeps the anchors of documents that have been read, for the next call."""
    anchors[document.path] = find_anchors(document)
    for link in LINK.finditer(document.prose):
        line, target = document.line_at(link.end()), link[link.lastgroup]
        with report.check(document.path):
            if link.lastgroup == 'label':
                check_label(document, line, target)
            elif not target:
                raise Drift(line, 'a link without a target')
            elif re.match('[A-Za-z0-9+]*:', target):
                if not WEB.fullmatch(target):
                    raise Drift(line, f'no good address: {target} '
                                      '(http, https and mailto are known)')
            else:
                check_relative(document, line, target, anchors)


def check_label(document, line, label):
    if label and not re.search(rf'^ *\[{re.escape(label)}\]:', document.prose, re.MULTILINE):
        raise Drift(line, f'no line defines [{label}]: ...')


def check_relative(document, line, target, anchors):
    name, mark, anchor = target.partition('#')
    path = document.path
    if name.startswith('/'):
        path = os.path.normpath('./' + name)
    elif name:
        path = os.path.normpath(os.path.join(os.path.dirname(path), name))
    if not os.path.exists(path):
        raise Drift(line, f'the link to {target} leads nowhere: there is no {path}')
    if not mark:
        return
    if path not in anchors:
        if not path.endswith('.md'):
            raise Drift(line, f'an anchor into {path} drifts with its line numbers; link the file '
                              'alone')
        anchors[path] = find_anchors(Document(path))
    if anchor not in anchors[path]:
        nearest = difflib.get_close_matches(anchor, anchors[path], 1, 0)
        raise Drift(line, f'no heading in {path} is #{anchor}',
                    *(f'nearest: #{each}' for each in nearest))


def find_anchors(document):
    """The anchors of a document as GitHub makes them: for each heading its text in lower case,
    blanks as hyphens, without punctuation, and -1, -2 ... for the same again; and every id="" and
    name=""."""
    anchors = []
    for number, line in document.numbered():
        heading = re.match('#{1,6} +(.*)', line)
        if heading and number not in document.fenced:
            slug = unique = slug_of(heading[1])
            count = 0
            while unique in anchors:
                count += 1
                unique = f'{slug}-{count}'
            anchors.append(unique)
    return anchors + re.findall(' (?:id|name)="([^"\n]*)', document.prose)


def slug_of(heading):
    shown = re.sub(r'</?[A-Za-z][^>]*>|\]\([^)]*\)', '', heading.rstrip(' \t#'))
    return ''.join('-' if each == ' ' else each.lower() for each in shown
                   if each.isalnum() or each in ' -_')
