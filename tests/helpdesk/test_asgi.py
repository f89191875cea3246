import asyncio

from helpdesk.asgi import application


def test_a_form_arrives_though_the_server_hands_out_futures_instead_of_coroutines(settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": "/language/",
        "raw_path": b"/language/",
        "query_string": b"",
        "headers": [
            (b"host", b"testserver"),
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"content-length", b"11"),
            (b"cookie", b"helpdesk-csrf=" + b"a" * 32),
        ],
    }
    sent = []

    async def ask():
        def receive():
            future = asyncio.get_running_loop().create_future()
            future.set_result({"type": "http.request", "body": b"language=en", "more_body": False})
            return future

        async def send(message):
            sent.append(message)

        await application(scope, receive, send)

    asyncio.run(ask())
    # It has the cookie but not the token, which is only known once the form was read.
    assert sent[0]["status"] == 403
