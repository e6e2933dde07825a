// The rules beside this file are all there is to it; a component has a script.
export default function () {}
