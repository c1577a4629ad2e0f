from crmdesk.ui.theme.apply import current_tokens
import zlib
def initials(n): 
    w=n.split(); return "".join(x[0] for x in (w[:1]+w[-1:] if len(w)>1 else w)).upper()
def tint_of(n):
    t=current_tokens().tints; return t[zlib.crc32(n.encode())%len(t)]
