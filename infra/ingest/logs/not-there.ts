/** For `catch`: a path that leads nowhere is undefined; whatever else is wrong with it must be said. */
export function notThere(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw error;
}
