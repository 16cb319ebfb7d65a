"""What goes into a course is what Canvas, its apps and other platforms know again."""

from urllib.parse import quote

from app.core.content_items import link_item, native_html

LAUNCH_URL = "https://school.instructuremedia.com/lti/launch?custom_arc_media_id=a-7&x='\"<&é"


def test_the_iframe_ends_its_address_in_the_launch_url_and_nothing_gets_out_of_it():
    html = native_html(101, LAUNCH_URL, 'a "title" <b>\n& more', "embed")
    assert html == (
        '<iframe class="lti-embed" style="width: 800px; height: 880px;" '
        'title="a &quot;title&quot; &lt;b&gt; &amp; more" '
        'src="/courses/101/external_tools/retrieve?display=borderless&amp;'
        f'url={quote(LAUNCH_URL, safe="")}" '
        'width="800" height="880" allowfullscreen="allowfullscreen" '
        'webkitallowfullscreen="webkitallowfullscreen" '
        'mozallowfullscreen="mozallowfullscreen" '
        'allow="geolocation *; microphone *; camera *; midi *; encrypted-media *; autoplay *; '
        'clipboard-write *; display-capture *" data-studio-resizable="false" '
        'data-studio-tray-enabled="false" data-studio-convertible-to-link="true"></iframe>'
    )


def test_the_link_has_its_parameters_as_texts_and_its_title_in_plain_text():
    parameters = {"media_id": "7", "link": "mark"}
    item = link_item("https://embed.example", parameters, "a <b>\ntitle", "bare_embed")
    assert item == {
        "type": "ltiResourceLink",
        "url": "https://embed.example/lti/launch",
        "title": "a ‹b› title",
        "text": "a ‹b› title",
        "custom": parameters,
        "iframe": {"width": 720, "height": 405},
    }
