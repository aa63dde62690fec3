"""The dashboard: pages for those who sell.

Whoever has signed in sees a tenant of theirs. Everything that is done here is done by the
same verbs as over the API.
"""
