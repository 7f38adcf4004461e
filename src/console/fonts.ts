// Noto Sans in the two forms that our readers need: the same code point is drawn differently in Chinese and in Japanese. The files are cut
// by range, so that a browser fetches only the characters that it shows.
import "@fontsource/noto-sans-jp/400.css"
import "@fontsource/noto-sans-jp/700.css"
import "@fontsource/noto-sans-sc/400.css"
import "@fontsource/noto-sans-sc/700.css"
