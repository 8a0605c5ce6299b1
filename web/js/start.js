// The start page hands on the addresses of the APIs that it was opened with.
"use strict";
for (const link of document.querySelectorAll(".pages a")) link.search = location.search;
