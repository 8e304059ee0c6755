namespace Conductor.Wire;

/// <summary>An error object as it goes over the wire.</summary>
/// <param name="Message">A sentence for people.</param>
/// <param name="Type">For example `invalid_request_error`.</param>
/// <param name="Param">The member that is wrong; null where it is not about one.</param>
/// <param name="Code">A stable word. A server's number becomes its digits.</param>
public sealed record WireError(string Message, string? Type = null, string? Param = null, string? Code = null)
{
    /// <summary>The provider that failed; Conductor's own member, left out when null.</summary>
    public string? Provider { get; init; }

    /// <summary>When it happened; Conductor's own member, left out when null.</summary>
    public DateTimeOffset? Timestamp { get; init; }
}
