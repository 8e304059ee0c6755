using Conductor.Catalog;

namespace Conductor.Core.Tests.Catalog;

public sealed class SnapshotPinTests
{
    [Fact]
    public void Pin_WhileItIsInForceOrPinned_Holds()
    {
        var snapshot = new CatalogSnapshot();
        Assert.True(snapshot.TryPin());

        snapshot.Unpin(); // the catalogue's own: another one is in force
        Assert.True(snapshot.TryPin());
        snapshot.Unpin();

        Assert.False(snapshot.Left.IsCompleted);
        snapshot.Unpin();
        Assert.True(snapshot.Left.IsCompleted);
        Assert.False(snapshot.TryPin());
    }

    [Fact]
    public async Task Pin_UnderSwaps_NeverHoldsOneThatHasLeft()
    {
        var catalog = new Swapped();
        var swapping = Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                catalog.Swap();
            }
        });

        var wrong = 0;
        while (!swapping.IsCompleted)
        {
            var pinned = ((ICatalog)catalog).Pin();
            wrong += pinned.Left.IsCompleted ? 1 : 0;
            pinned.Unpin();
        }

        await swapping;
        Assert.Equal(0, wrong);
    }

    private sealed class Swapped : ICatalog
    {
        private volatile CatalogSnapshot _current = new();

        public CatalogSnapshot Current => _current;

        public void Swap()
        {
            var old = _current;
            _current = new CatalogSnapshot();
            old.Unpin();
        }
    }
}
