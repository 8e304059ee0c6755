using Conductor.Host.Dialects.OpenAI;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Dialects;

/// <summary>Which dialect a request is in, by its address. What no dialect claims is told in OpenAI's shape: operations, status, unknown addresses.</summary>
internal sealed class InboundDialects(IEnumerable<InboundDialect> dialects, OpenAIDialect common)
{
    private readonly InboundDialect[] _dialects = [.. dialects];

    /// <summary>The dialect of operations, status and everything that no dialect claims.</summary>
    public InboundDialect Common => common;

    /// <summary>The dialect in which this request is answered, right or wrong.</summary>
    public InboundDialect Of(HttpRequest request)
    {
        foreach (var dialect in _dialects)
        {
            if (dialect.IsSpokenIn(request))
            {
                return dialect;
            }
        }

        return common;
    }
}
