// Each picture a file: this is about addresses.
export default { build: { assetsInlineLimit: 0 } }
