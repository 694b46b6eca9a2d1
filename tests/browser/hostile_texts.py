"""Texts with something in them that a page could bring to life; light, for the page of the test reads them too."""

TEXTS = (
    "http://evil.test/a.png and HTTPS://evil.test",
    "www.evil.test WWW.evil.test",
    "<img src=http://evil.test/x.png onerror=alert(1)>",
    "mail@evil.test, xmpp:a@evil.test",
    ":material/home: :streamlit: :smile: :+1: a:b:c",
    "a -> b <- c <-> d -- e >= f <= g ~= h",
    "&lt;b&gt; &amp; &#60;",
    "![x](http://evil.test) [y](www.evil.test) <http://evil.test>",
    "**bold** `code` $x^2$ ~~gone~~ :red[r] # h | t",
    "1. one 2) two - three + four > five",
)
