// The Regions and the look each has, in the order of the charts. Written from helpers/regions.json
// by tools/write_regions.py: change them there.
"use strict";
var Workshop = globalThis.Workshop || (globalThis.Workshop = {});

Workshop.REGIONS = [
  {"name": "us-west-2", "city": "Oregon", "north_east": [45.8, -119.7], "colour": "#0072B2", "dash": [], "marker": "o"},
  {"name": "us-east-2", "city": "Ohio", "north_east": [40.0, -83.0], "colour": "#D55E00", "dash": [6, 3], "marker": "s"},
  {"name": "eu-west-1", "city": "Ireland", "north_east": [53.3, -6.3], "colour": "#009E73", "dash": [8, 3, 2, 3], "marker": "^"},
  {"name": "us-east-1", "city": "N. Virginia", "north_east": [38.9, -77.4], "colour": "#CC79A7", "dash": [2, 2], "marker": "D"},
  {"name": "ap-southeast-1", "city": "Singapore", "north_east": [1.4, 103.8], "colour": "#E69F00", "dash": [8, 2, 2, 2, 2, 2], "marker": "v"},
  {"name": "eu-central-1", "city": "Frankfurt", "north_east": [50.1, 8.7], "colour": "#56B4E9", "dash": [10, 4], "marker": "P"},
  {"name": "ap-northeast-1", "city": "Tokyo", "north_east": [35.7, 139.7], "colour": "#0072B2", "dash": [3, 3], "marker": "X"},
  {"name": "ap-southeast-2", "city": "Sydney", "north_east": [-33.9, 151.2], "colour": "#D55E00", "dash": [10, 3, 3, 3], "marker": "<"},
  {"name": "eu-west-2", "city": "London", "north_east": [51.5, -0.1], "colour": "#009E73", "dash": [4, 4], "marker": ">"},
  {"name": "us-west-1", "city": "N. California", "north_east": [37.8, -122.4], "colour": "#CC79A7", "dash": [12, 3], "marker": "p"},
  {"name": "ap-south-1", "city": "Mumbai", "north_east": [19.1, 72.9], "colour": "#E69F00", "dash": [2, 4], "marker": "h"},
  {"name": "eu-north-1", "city": "Stockholm", "north_east": [59.3, 18.1], "colour": "#56B4E9", "dash": [5, 2, 1, 2], "marker": "*"},
  {"name": "ap-northeast-2", "city": "Seoul", "north_east": [37.6, 127.0], "colour": "#0072B2", "dash": [14, 3, 2, 3], "marker": "d"},
  {"name": "ap-northeast-3", "city": "Osaka", "north_east": [34.7, 135.5], "colour": "#D55E00", "dash": [1, 2], "marker": "H"},
  {"name": "ca-central-1", "city": "Montreal", "north_east": [45.5, -73.6], "colour": "#009E73", "dash": [9, 2, 2, 2, 2, 2], "marker": "8"},
  {"name": "eu-west-3", "city": "Paris", "north_east": [48.9, 2.4], "colour": "#CC79A7", "dash": [7, 5], "marker": "1"},
  {"name": "sa-east-1", "city": "São Paulo", "north_east": [-23.6, -46.6], "colour": "#E69F00", "dash": [3, 1, 1, 1], "marker": "2"},
];
