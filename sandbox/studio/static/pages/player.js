// Starts the media where the launch URL says (custom_arc_start_at); playing is up to the person.
const video = document.getElementById("video");
const startSeconds = Number(video.dataset.startSeconds);
const CONTROLS_HEIGHT = 80; // the strip of Chromium's own controls, in CSS pixels

function seek() {
  if (startSeconds > 0) video.currentTime = Math.min(startSeconds, video.duration);
}

if (video.readyState >= HTMLMediaElement.HAVE_METADATA) seek();
else video.addEventListener("loadedmetadata", seek, { once: true });

// In a frame without allowfullscreen Chromium 156 does not start a video by a click on its picture
// (seen in a cross-site frame, 2026); everywhere else it does, and a second handler would stop it.
if (!document.fullscreenEnabled) {
  video.addEventListener("click", (event) => {
    if (event.offsetY > video.clientHeight - CONTROLS_HEIGHT) return;
    if (video.paused) video.play();
    else video.pause();
  });
}
