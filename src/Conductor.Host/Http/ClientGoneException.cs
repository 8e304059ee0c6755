namespace Conductor.Host.Http;

/// <summary>The connection takes no more bytes. The server says so at the write, and cancels <c>RequestAborted</c> a moment later.</summary>
internal sealed class ClientGoneException() : OperationCanceledException("The client has left.");
