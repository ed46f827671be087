from shared import eventlog
from tests.web.site import *
async def test_x(site):
    owner = await connect(site.world.urls.owner)
    for i in range(30):
        r = await site.client.get(EVENTS)
        assert r.status_code == 200, i
        await owner.execute("ANALYZE event"); await owner.execute("ANALYZE log_head")
    for i in range(30):
        await site.send(HELD)
        r = await site.client.get(EVENTS)
        assert r.status_code == 200, i
        await owner.execute("ANALYZE event")
    await owner.close()
    print((await site.client.get("/schema/openapi.json")).status_code)
