namespace Conductor.Wire;

/// <summary>A request is not what its dialect allows, or cannot be said in another. The one exception that readers and writers of requests throw for what they are given.</summary>
public sealed class WireRequestException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="param">The member that is wrong, for example `messages[0].role`; null where the whole body is.</param>
    /// <param name="message">What is wrong and what would be right.</param>
    /// <param name="code">For example `invalid_type`; see <see cref="WireRequestCodes"/>.</param>
    /// <param name="innerException">The cause.</param>
    public WireRequestException(string? param, string message, string code, Exception? innerException = null)
        : base(message, innerException)
    {
        Param = param;
        Code = code;
    }

    /// <summary>The member that is wrong.</summary>
    public string? Param { get; }

    /// <summary>A stable word for programs.</summary>
    public string Code { get; }

    /// <summary>True: right as it is, and this dialect has no word for it, where another may have. False: wrong everywhere.</summary>
    public bool IsUnsupported => Code == WireRequestCodes.Unsupported;
}

/// <summary>The codes of <see cref="WireRequestException"/>.</summary>
public static class WireRequestCodes
{
    /// <summary>The body is not JSON, not UTF-8, or not an object.</summary>
    public const string InvalidJson = "invalid_json";

    /// <summary>A member is of the wrong JSON type.</summary>
    public const string InvalidType = "invalid_type";

    /// <summary>A member's value is out of range or not one of the allowed ones.</summary>
    public const string InvalidValue = "invalid_value";

    /// <summary>A member stands twice.</summary>
    public const string DuplicateMember = "duplicate_parameter";

    /// <summary>A required member is missing.</summary>
    public const string MissingMember = "missing_required_parameter";

    /// <summary>Something that the dialect cannot express.</summary>
    public const string Unsupported = "unsupported_parameter";
}
