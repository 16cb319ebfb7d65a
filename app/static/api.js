// Shows the API's description by Swagger UI, whose script stands before this one.
const place = document.getElementById('api');
SwaggerUIBundle({ url: place.dataset.description, domNode: place, deepLinking: true, validatorUrl: null });
