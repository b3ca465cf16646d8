// Every picture stays a file, because the tests are about URLs.
export default { build: { assetsInlineLimit: 0 } }
