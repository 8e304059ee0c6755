namespace Conductor.Providers.Http;

/// <summary>Callers' words as parts of an address.</summary>
public static class UpstreamPath
{
    /// <summary>One segment: whatever would end it is escaped.</summary>
    /// <exception cref="ProviderException">It is empty, `.` or `..`, which would name another address.</exception>
    public static string Segment(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name is "" or "." or ".." ? throw new ProviderException(ProviderErrorKind.ModelNotFound, "The model's name cannot be part of an address.") : Uri.EscapeDataString(name);
    }

    /// <summary>Segments with slashes between them, as hubs name their models: `owner/name`.</summary>
    /// <exception cref="ProviderException">One of them is empty, `.` or `..`.</exception>
    public static string Segments(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return string.Join('/', name.Split('/').Select(Segment));
    }
}
