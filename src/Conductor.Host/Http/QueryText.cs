using Conductor.Errors;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Http;

/// <summary>The texts of a query, each there at most once.</summary>
internal sealed class QueryText
{
    private readonly IQueryCollection _query;

    /// <exception cref="InvalidRequestException">A name is not one of those that are known.</exception>
    public QueryText(IQueryCollection query, IReadOnlyList<string> known)
    {
        _query = query;
        foreach (var name in query.Keys.Where(name => !known.Contains(name)))
        {
            throw Wrong(name, $"is not known here; known are {string.Join(", ", known)}");
        }
    }

    /// <summary>Null where it is absent.</summary>
    /// <exception cref="InvalidRequestException">It is empty, longer than 512 characters, or there more than once.</exception>
    public string? One(string name) => _query[name] switch
    {
        [] => null,
        [{ Length: > 0 and <= 512 } one] => one,
        _ => throw Wrong(name, "must be there once, with a value of at most 512 characters"),
    };

    public static InvalidRequestException Wrong(string name, string what) => new($"Query parameter '{HeaderText.Safe(name)}' {what}.", HeaderText.Safe(name), "invalid_value");
}
