@rem What `exec` is to a Unix shell: npm scripts start with it, so that a signal to npm reaches Node.
@%*
