// Posts the page's only form, as soon as the page is there.
document.getElementById("onward").submit();
