namespace Conductor.Catalog;

/// <summary>The catalogue in force.</summary>
public interface ICatalog
{
    /// <summary>Read once per call.</summary>
    CatalogSnapshot Current { get; }
}
