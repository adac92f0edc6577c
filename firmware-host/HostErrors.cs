namespace Barrel.Host;

/// <summary>Codes of what can go wrong on the host: BRL4020 to BRL4099. Boards have BRL4001 to BRL4019.</summary>
public static class HostErrors
{
    /// <summary>The camera's name begins with no known source.</summary>
    public const int UnknownSource = 4021;

    /// <summary>A source's file or directory is missing, unreadable or empty.</summary>
    public const int SourceUnreadable = 4023;

    /// <summary>A picture is not a PNG or JPEG that can be read.</summary>
    public const int BadImage = 4024;

    /// <summary>A YUV4MPEG2 header is wrong or asks for what is not supported.</summary>
    public const int BadY4m = 4025;

    /// <summary>A scene's seed or size is not a number in range.</summary>
    public const int BadScene = 4026;

    /// <summary>The pins cannot be opened or written.</summary>
    public const int Pins = 4028;

    /// <summary>A picture or file cannot be written where the user asked.</summary>
    public const int Unwritable = 4029;

    /// <summary>The model's file is missing or unreadable.</summary>
    public const int ModelUnreadable = 4030;

    /// <summary>The model gives no road mask.</summary>
    public const int NotRoadModel = 4031;

    /// <summary>The program was built without the demo's model.</summary>
    public const int DemoMissing = 4032;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 4033;

    /// <summary>The model failed while it ran on a frame.</summary>
    public const int ModelFailed = 4034;

    /// <summary>There is no such camera, or no program that reads it.</summary>
    public const int CameraMissing = 4050;

    /// <summary>The user may not open the camera.</summary>
    public const int CameraDenied = 4051;

    /// <summary>Another program uses the camera.</summary>
    public const int CameraBusy = 4052;

    /// <summary>The device is no camera, or has no format that is understood.</summary>
    public const int CameraFormat = 4053;

    /// <summary>The camera was unplugged while it was read.</summary>
    public const int CameraGone = 4054;

    /// <summary>The system, or the program that reads the camera, refused something that no other error names.</summary>
    public const int CameraFailed = 4055;

    /// <summary>The address of a live camera is wrong.</summary>
    public const int BadCameraAddress = 4056;

    /// <summary>The camera gave no frame for too long.</summary>
    public const int CameraStalled = 4057;

    /// <summary>The configuration's file is missing, unreadable or too large.</summary>
    public const int ConfigUnreadable = 4060;

    /// <summary>The configuration is not JSON, or has a key unknown, twice or of a wrong value.</summary>
    public const int BadConfig = 4061;

    /// <summary>A change of the configuration or the model cannot be taken over while the program runs.</summary>
    public const int NeedsRestart = 4062;

    /// <summary>The socket for the status cannot be made.</summary>
    public const int StatusSocket = 4063;

    /// <summary>No running service answers at the socket for the status.</summary>
    public const int NothingRuns = 4064;
}
