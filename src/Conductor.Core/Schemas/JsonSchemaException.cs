namespace Conductor.Schemas;

/// <summary>A schema that cannot be used. The message says where in the schema and why.</summary>
public sealed class JsonSchemaException : Exception
{
    public JsonSchemaException(string message)
        : base(message)
    {
    }

    public JsonSchemaException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
