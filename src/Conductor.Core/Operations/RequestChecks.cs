using Conductor.Catalog;
using Conductor.Errors;

namespace Conductor.Operations;

/// <summary>Checks that several kinds of request share.</summary>
public static class RequestChecks
{
    // A request may be 32 MB, and any name in it that long: errors say the beginning.
    private const int LongestQuote = 100;

    /// <summary>A name of the caller's as an error quotes it.</summary>
    internal static string Quote(string name) => name.Length <= LongestQuote ? name : $"{name[..LongestQuote]}…";

    /// <summary>A provider's name that a request gave; null where it gave none or `auto`.</summary>
    /// <exception cref="InvalidRequestException">There is no such provider; the message lists those there are.</exception>
    public static string? Provider(CatalogSnapshot catalog, string field, string? name)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        if (string.IsNullOrEmpty(name) || string.Equals(name, "auto", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        return catalog.Providers.ContainsKey(name)
            ? name
            : throw new InvalidRequestException(
                $"'{field}' names provider '{Quote(name)}', which is not configured. Valid names: auto, {string.Join(", ", catalog.Providers.Keys)}.",
                field,
                "unknown_provider");
    }

    internal static IReadOnlyList<string> Providers(CatalogSnapshot catalog, string field, IReadOnlyList<string> names)
    {
        foreach (var name in names)
        {
            Provider(catalog, field, name);
        }

        return names;
    }

    /// <summary>Runs a read of a JSON string, which throws on a lone surrogate (`"\ud800"`).</summary>
    internal static string Read(Func<string> read, string field)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException mistake)
        {
            throw new InvalidRequestException($"'{field}' holds text that is not valid Unicode.", field, "invalid_json", mistake);
        }
    }
}
