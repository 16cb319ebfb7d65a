// Posts the page's form on, as soon as the page is there.
document.getElementById("onward").submit();
