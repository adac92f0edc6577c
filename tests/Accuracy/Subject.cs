namespace Barrel.Accuracy;

/// <summary>A network of the development data, with the frames it is calibrated on and the labelled set it is scored on.</summary>
/// <param name="Model">Folder and file name below <c>models/</c>.</param>
/// <param name="Title">Heading of its table.</param>
/// <param name="Calibration">Below the data folder.</param>
/// <param name="Labelled">Below the data folder.</param>
/// <param name="Limit">Samples taken, evenly spaced; null: all.</param>
/// <param name="Segmentation">Scored by mIoU and road IoU; else by top-1.</param>
internal sealed record Subject(string Model, string Title, string Calibration, string Labelled, int? Limit, bool Segmentation)
{
    public static Subject[] All { get; } =
    [
        new("espnet_camvid_240x320", "ESPNet, CamVid, 101 images", "camvid_240x180/train/images", "camvid_240x180/val", null, true),
        new("mlperf_resnet8_cifar10", "ResNet-8 of MLPerf Tiny, CIFAR-10 as JPEG, 2,000 images", "cifar10_jpg/cifar10_train_20000.zip", "cifar10_jpg/cifar10_test_10000.zip", 2000, false),
        new("resnet20_cifar10", "ResNet-20, CIFAR-10 as JPEG, 2,000 images", "cifar10_jpg/cifar10_train_20000.zip", "cifar10_jpg/cifar10_test_10000.zip", 2000, false),
        new("mnist-8", "mnist-8, MNIST, 2,000 images", "mnist", "mnist", 2000, false),
    ];

    public string OnnxIn(string data) => Path.Combine(data, "models", Model, Model + ".onnx");

    /// <summary>Null where all that it reads is there, else what is not.</summary>
    public string? MissingIn(string data) =>
        new[] { OnnxIn(data), Path.Combine(data, Calibration), Path.Combine(data, Labelled) }.FirstOrDefault(p => !File.Exists(p) && !Directory.Exists(p));
}
