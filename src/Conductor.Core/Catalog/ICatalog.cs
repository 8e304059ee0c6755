namespace Conductor.Catalog;

/// <summary>The catalogue in force.</summary>
public interface ICatalog
{
    /// <summary>Read once per call.</summary>
    CatalogSnapshot Current { get; }

    /// <summary>The catalogue in force, pinned: nothing in it is taken away until <see cref="CatalogSnapshot.Unpin"/>, or until the drain limit is over.</summary>
    CatalogSnapshot Pin()
    {
        while (true)
        {
            var snapshot = Current;
            if (snapshot.TryPin())
            {
                return snapshot;
            }
        }
    }
}
